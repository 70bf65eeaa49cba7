"""This system and others on the same passages and questions: `make bench SQUAD=xquad.en.json`."""
