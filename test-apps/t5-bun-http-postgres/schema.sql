CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    letters bigint NOT NULL CHECK (letters >= 0)
);
CREATE TABLE totals (letters bigint NOT NULL CHECK (letters < 1000000));
INSERT INTO users (name, letters) VALUES ('Ada', 3), ('Grace', 5), ('Jürgen', 6);
INSERT INTO totals VALUES (14);
