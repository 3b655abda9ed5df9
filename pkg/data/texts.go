package data

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a file of a text, and a line of one, may have in bytes.
const (
	maxText = 16 << 20
	maxLine = 16 << 20
)

// TextFolder reads a folder with one folder a class, in which each file is a text in UTF-8, taken without the white space around it, as IMDB's reviews are (train/pos/*.txt, train/neg/*.txt). Classes,
// order, hidden files and links are those of [ImageFolder].
//
//	train, err := data.TextFolder("reviews/train")
//	tokeniser, err := data.Words{MinCount: 2}.Learn(train.Texts)
//	set, counts, err := train.Dataset(tokeniser, 200)
//
// It returns an error that names the file if one is empty, larger than 16 MiB or not UTF-8.
func TextFolder(dir string) (Corpus, error) {
	f, err := openFolder(dir)
	if err != nil {
		return Corpus{}, err
	}
	defer f.root.Close() //nolint:errcheck // only read
	c := Corpus{Name: filepath.Base(dir), Texts: make([]string, len(f.files)), Labels: f.labels, Classes: f.classes}
	err = f.sift(nil, func(i int) error {
		b, err := f.read(i, maxText)
		if err != nil {
			return err
		}
		c.Texts[i], err = asText(b)
		return named(f.files[i], err)
	})
	if err != nil {
		return Corpus{}, err
	}
	return c, nil
}

// asText is a text without a byte order mark and the white space around it.
func asText(b []byte) (string, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if at := invalid(b); at >= 0 {
		return "", fmt.Errorf("not UTF-8 at byte %d: save it as UTF-8", at)
	}
	text := strings.TrimSpace(string(b))
	if text == "" {
		return "", errors.New("no text in it")
	}
	return text, nil
}

// invalid is the position of the first byte that is not UTF-8, or −1.
func invalid(b []byte) int {
	for at := 0; at < len(b); {
		r, size := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

// TextLines reads a file with a text in every line, in UTF-8, which may be compressed with gzip. Lines of nothing but white space are left out.
//
// It returns an error that names the line if one is longer than 16 MiB or not UTF-8, and one if there is no text or the file unpacks to more than 1 GiB.
func TextLines(path string) ([]string, error) {
	var texts []string
	err := eachLine(path, func(line []byte) error {
		text, err := asText(line)
		texts = append(texts, text)
		return err
	})
	if err != nil {
		return nil, err
	}
	return texts, nil
}

// eachLine calls use for every line of a file that holds more than white space. Its errors name file and line.
func eachLine(path string, use func(line []byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	if err := lines(f, use); err != nil {
		return fmt.Errorf("data: %s: %w", path, err)
	}
	return nil
}

func lines(from io.Reader, use func(line []byte) error) error {
	r, err := maybeGzip(from)
	if err != nil {
		return err
	}
	limited := &io.LimitedReader{R: r, N: maxContents + 1}
	scanner := bufio.NewScanner(limited)
	scanner.Buffer(nil, maxLine)
	n, used := 0, 0
	for scanner.Scan() {
		n++
		line := scanner.Bytes()
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		used++
		if err := use(line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	switch err := scanner.Err(); {
	case limited.N <= 0:
		return fmt.Errorf("more than %d bytes", maxContents)
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("line %d: longer than %d bytes", n+1, maxLine)
	case err != nil:
		return fmt.Errorf("after line %d: %w", n, err)
	case used == 0:
		return errors.New("no lines in it")
	}
	return nil
}

// JSONLines reads a file with a JSON object in every line (https://jsonlines.org), which may be compressed with gzip: its text is in the field of that name, its class in
// another, as a string, a whole number or true and false. The classes are sorted, numbers by their values; other fields and empty lines are passed over.
//
//	train, err := data.JSONLines("reviews.jsonl", "review", "stars")
//
// It returns an error that names the line if one is no such object or longer than 16 MiB, a field is missing or a text empty.
func JSONLines(path, text, class string) (Corpus, error) {
	c := Corpus{Name: filepath.Base(path)}
	var classes []string
	err := eachLine(path, func(line []byte) error {
		one, of, err := labelledText(line, text, class)
		c.Texts, classes = append(c.Texts, one), append(classes, of)
		return err
	})
	if err != nil {
		return Corpus{}, err
	}
	c.Classes = slices.Compact(slices.SortedFunc(slices.Values(classes), byNumber))
	at := map[string]int{}
	for label, of := range c.Classes {
		at[of] = label
	}
	for _, of := range classes {
		c.Labels = append(c.Labels, at[of])
	}
	return c, nil
}

// byNumber orders names, before them whole numbers by their values.
func byNumber(a, b string) int {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	switch {
	case errX == nil && errY == nil && x != y:
		return int(math.Copysign(1, float64(x)-float64(y)))
	case errX == nil && errY != nil:
		return -1
	case errX != nil && errY == nil:
		return 1
	}
	return strings.Compare(a, b)
}

// labelledText takes two fields out of a JSON object.
func labelledText(line []byte, text, class string) (of, label string, err error) {
	if at := invalid(line); at >= 0 {
		return "", "", fmt.Errorf("not UTF-8 at byte %d", at)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return "", "", fmt.Errorf("%.40q is no JSON object (%v)", line, err)
	}
	if err := json.Unmarshal(fields[text], &of); err != nil || strings.TrimSpace(of) == "" {
		return "", "", fmt.Errorf("field %q is %.40q, want a text", text, fields[text])
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(fields[class]))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return "", "", fmt.Errorf("field %q is %.40q, want a class", class, fields[class])
	}
	switch value := value.(type) {
	case string:
		label = value
	case bool:
		label = strconv.FormatBool(value)
	case json.Number:
		if n, err := value.Int64(); err == nil {
			label = strconv.FormatInt(n, 10)
		}
	}
	if label == "" {
		return "", "", fmt.Errorf("field %q is %.40q, want a class: a string, a whole number, true or false", class, fields[class])
	}
	return of, label, nil
}
