"""The code word in chat: spoken, known again, watched over, and measured."""
