"""People in a picture without an engine: where they are, how they stand, what of them is skin, hair and outfit."""
