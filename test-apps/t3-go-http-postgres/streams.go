package main

import (
	"io"
	"log"
	"net/http"
	"strconv"
	"time"
)

// download streams so many megabytes, of which each line says where it stands.
func download(w http.ResponseWriter, r *http.Request) {
	megabytes, err := strconv.Atoi(r.PathValue("megabytes"))
	if err != nil || megabytes < 0 || megabytes > 1000 {
		answer(w, http.StatusBadRequest, failure{Error: "say how many megabytes, up to 1000"})
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	line := []byte("0000000000000000\n")
	block := make([]byte, 0, 1<<20)
	for sent := 0; sent < megabytes<<20; sent += len(block) {
		block = block[:0]
		for len(block)+len(line) <= 1<<20 {
			block = append(block, line...)
			count(line[:len(line)-1])
		}
		block = append(block, make([]byte, 1<<20-len(block))...)
		if _, err := w.Write(block); err != nil {
			log.Print(err)
			return
		}
	}
}

// big answers 10 MiB of rows, each when it comes from the database.
func (s service) big(w http.ResponseWriter, r *http.Request) {
	const query = "SELECT rpad(n::text, $2 - 1, '.') || E'\\n' FROM generate_series(1, $1::int) n"
	rows, err := s.pool.Query(r.Context(), query, 10*1024, 1024)
	if err != nil {
		refuse(w, err)
		return
	}
	defer rows.Close()
	w.Header().Set("Content-Type", "text/plain")
	for rows.Next() {
		if _, err := w.Write(rows.RawValues()[0]); err != nil {
			log.Print(err)
			return
		}
	}
	if err := rows.Err(); err != nil {
		log.Print(err)
	}
}

// count adds one to a decimal number.
func count(digits []byte) {
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i]++; digits[i] <= '9' {
			return
		}
		digits[i] = '0'
	}
}

// upload sends back what comes, while it comes.
func upload(w http.ResponseWriter, r *http.Request) {
	if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
		log.Print(err)
	}
	w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
	if _, err := io.Copy(w, r.Body); err != nil {
		log.Print(err)
	}
}

// moment gives a moment in UTC and in the zone of TZ.
func moment(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.ParseInt(r.PathValue("seconds"), 10, 64)
	if err != nil {
		answer(w, http.StatusBadRequest, failure{Error: err.Error()})
		return
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		answer(w, http.StatusInternalServerError, failure{Error: err.Error()})
		return
	}
	t := time.Unix(seconds, 0)
	answer(w, http.StatusOK, map[string]string{
		"utc":      t.UTC().Format(time.RFC3339),
		"local":    t.Local().Format(time.RFC3339),
		"new york": t.In(newYork).Format(time.RFC3339),
	})
}
