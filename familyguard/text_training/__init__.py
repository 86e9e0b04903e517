"""How the weights of the text layer are made: our own messages and the script that learns.

Nothing here is used at run time; `python -m familyguard.text_training.train` needs scikit-learn.
"""
