// gorm over pgx: migration, associations, hooks, scopes, transactions with
// savepoints, and errors.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
)

type Author struct {
	ID    uint
	Name  string `gorm:"uniqueIndex;size:50"`
	Email *string
	Books []Book
}

type Book struct {
	ID       uint
	Title    string
	Slug     string `gorm:"index"`
	Pages    int    `gorm:"check:pages > 0"`
	AuthorID uint
	Author   Author
	Topics   []Topic `gorm:"many2many:book_topics"`
}

type Topic struct {
	ID   uint
	Name string `gorm:"unique"`
}

// BeforeCreate makes the book's slug of its title.
func (book *Book) BeforeCreate(*gorm.DB) error {
	book.Slug = strings.ReplaceAll(strings.ToLower(book.Title), " ", "-")
	return nil
}

func main() {
	db, err := gorm.Open(postgres.Open(os.Getenv("DATABASE_URL")), &gorm.Config{
		Logger:         logger.Discard,
		TranslateError: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, step := range []func(*gorm.DB) error{fill, read, change, transactions, failures} {
		if err := step(db); err != nil {
			log.Fatal(err)
		}
	}
}

func fill(db *gorm.DB) error {
	if err := db.AutoMigrate(&Author{}, &Book{}, &Topic{}); err != nil {
		return err
	}
	// A second time there is nothing to do.
	if err := db.AutoMigrate(&Author{}, &Book{}, &Topic{}); err != nil {
		return err
	}
	columns, err := db.Migrator().ColumnTypes(&Book{})
	if err != nil {
		return err
	}
	for _, column := range columns {
		fmt.Print(column.Name(), " ", column.DatabaseTypeName(), "; ")
	}
	fmt.Println(db.Migrator().HasIndex(&Author{}, "Name"))
	email := "ada@example.com"
	authors := []Author{
		{Name: "Ada", Email: &email, Books: []Book{
			{Title: "Notes on Engines", Pages: 66, Topics: []Topic{{Name: "machines"}, {Name: "numbers"}}},
			{Title: "Letters", Pages: 200},
		}},
		{Name: "Grace"},
	}
	result := db.Create(&authors)
	fmt.Println("created:", result.RowsAffected, authors[0].ID, authors[1].ID)
	return result.Error
}

func longerThan(pages int) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB { return db.Where("pages > ?", pages) }
}

func read(db *gorm.DB) error {
	var author Author
	err := db.Preload("Books", func(db *gorm.DB) *gorm.DB { return db.Order("books.title") }).
		Preload("Books.Topics", func(db *gorm.DB) *gorm.DB { return db.Order("topics.name") }).
		First(&author, "name = ?", "Ada").Error
	if err != nil {
		return err
	}
	fmt.Println(author.Name, *author.Email)
	for _, book := range author.Books {
		fmt.Println(book.Title, book.Slug, book.Pages, book.Topics)
	}
	var rows []struct {
		Name  string
		Count int
		Pages int
	}
	err = db.Model(&Author{}).Select("authors.name, count(books.id) AS count, coalesce(sum(pages), 0) AS pages").
		Joins("LEFT JOIN books ON books.author_id = authors.id").Group("authors.name").Order("authors.name").
		Scan(&rows).Error
	fmt.Println(rows)
	if err != nil {
		return err
	}
	var long int64
	err = db.Model(&Book{}).Scopes(longerThan(100)).Count(&long).Error
	fmt.Println("long:", long)
	return err
}

func change(db *gorm.DB) error {
	var changed []Book
	err := db.Model(&changed).Clauses(clause.Returning{Columns: []clause.Column{{Name: "title"}, {Name: "pages"}}}).
		Where("pages < ?", 100).Update("pages", gorm.Expr("pages * ?", 2)).Error
	if err != nil {
		return err
	}
	fmt.Println(changed[0].Title, changed[0].Pages)
	email := "grace@example.com"
	upserted := Author{Name: "Grace", Email: &email}
	err = db.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"email"}),
	}).Create(&upserted).Error
	if err != nil {
		return err
	}
	var authors []Author
	err = db.Order("id").Find(&authors).Error
	fmt.Println(len(authors), *authors[1].Email)
	return err
}

func transactions(db *gorm.DB) error {
	undone := errors.New("undone")
	err := db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(&Author{Name: "Kept"}).Error; err != nil {
			return err
		}
		inner := tx.Transaction(func(tx *gorm.DB) error {
			if err := tx.Create(&Author{Name: "Dropped"}).Error; err != nil {
				return err
			}
			return undone
		})
		fmt.Println("inner:", inner)
		return nil
	})
	if err != nil {
		return err
	}
	var names []string
	err = db.Model(&Author{}).Order("name").Pluck("name", &names).Error
	fmt.Println(names)
	return err
}

func failures(db *gorm.DB) error {
	err := db.Create(&Author{Name: "Ada"}).Error
	fmt.Println("again:", errors.Is(err, gorm.ErrDuplicatedKey))
	err = db.Create(&Book{Title: "Nothing", AuthorID: 1}).Error
	fmt.Println("no pages:", errors.Is(err, gorm.ErrCheckConstraintViolated))
	err = db.First(&Author{}, "name = ?", "Nobody").Error
	fmt.Println("nobody:", errors.Is(err, gorm.ErrRecordNotFound))
	result := db.Select(clause.Associations).Delete(&Book{}, "title = ?", "Letters")
	fmt.Println("deleted:", result.RowsAffected)
	return result.Error
}
