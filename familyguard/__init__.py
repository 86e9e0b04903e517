"""What is the rule?  Evidence, verdicts, requests for money: pure decisions, no sound, no chat."""
