"""How the countermeasure's weights were made: from a manifest of clips to one small file."""
