"""The pictures of the guides: real commands at a real terminal, drawn as SVG. `make pictures` draws them anew."""
