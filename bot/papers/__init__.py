"""Papers to print or to hand over: letters, the card beside the telephone, the police report."""
