"""What is the rule?  Evidence, verdicts, requests for money: pure decisions, no sound and no chat."""
