CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);
INSERT INTO users VALUES (1, 'Ada'), (2, 'Grace'), (3, 'Linus'), (4, 'Barbara');
