"""From an executed notebook to the board's PDF and to a page for the browser."""
