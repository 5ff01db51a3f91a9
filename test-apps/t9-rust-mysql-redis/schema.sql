CREATE TABLE users (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    name varchar(100) NOT NULL UNIQUE,
    letters bigint unsigned NOT NULL CHECK (letters < 1000000),
    note text,
    picture blob
) ENGINE=InnoDB CHARACTER SET utf8mb4;
CREATE TABLE totals (letters bigint unsigned NOT NULL CHECK (letters < 100)) ENGINE=InnoDB;
INSERT INTO users (name, letters, note, picture) VALUES
    ('Ada', 3, NULL, NULL), ('Grace', 5, '', x'00ff0a0d00'), ('Jürgen', 6, 'Größe 😀', x'');
INSERT INTO totals VALUES (14);
