package data

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/internal/fetch"
)

var (
	imdb = source{
		set: "imdb",
		url: "https://ai.stanford.edu/~amaas/data/sentiment/",
		advice: "Put the official file into a folder and set " + mirrorVariable + " to it, or unpack it and use TextFolder; " +
			"or use FilmReviews(), which makes do with what there is",
	}
	imdbFile = file{
		name:     "aclImdb_v1.tar.gz",
		official: "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
		size:     100 << 20,
	}
	imdbClasses = map[string]int{"neg": 0, "pos": 1}
)

const (
	imdbReviews = 25_000   // of each part
	imdbKept    = 64 << 20 // bytes of a part, as it is kept
)

// IMDB is reviews of films, negative or positive: 25,000 for training and 25,000 for test, half of each of either class (Maas, Daly, Pham, Huang, Ng and Potts 2011, Learning Word
// Vectors for Sentiment Analysis, https://aclanthology.org/P11-1015; no licence is stated, so it is not part of this project). Ratings are the writers' stars, from 1 to
// 4 and from 7 to 10. The texts are as they stand in the files, without white space around them and with "<br />" where a line ends. The archive aclImdb_v1.tar.gz, 84 MB, comes from the first of these that has it:
//
//   - a mirror: the folder that VITRINE_MIRROR names, or imdb in it;
//   - the cache: data/imdb in the folder that VITRINE_CACHE names, os.UserCacheDir()/vitrine if it is not set;
//   - the official address, into the cache; see [WithProgress].
//
// It is checked by its SHA-256. What is unpacked is kept in the cache. The errors are those of [FashionMNISTFull].
func IMDB(ctx context.Context) (train, test Corpus, err error) {
	return imdb.reviews(ctx, imdbFile, imdbReviews)
}

// reviews reads an archive with so many reviews in each part.
func (s source) reviews(ctx context.Context, f file, n int) (train, test Corpus, err error) {
	var parts map[string]*Corpus
	if kept := s.kept(f, members{"train.json": imdbKept, "test.json": imdbKept}); kept != nil {
		parts = map[string]*Corpus{"train": {}, "test": {}}
		for name, c := range parts {
			if json.Unmarshal(kept[name+".json"], c) != nil || len(c.Texts) != n || len(c.Labels) != n || len(c.Ratings) != n {
				parts = nil
				break
			}
		}
	}
	if parts != nil {
		return *parts["train"], *parts["test"], nil
	}
	err = s.find(ctx, f, func(p place) error {
		got, err := fetch.Sum(p.path)
		if err != nil {
			return fmt.Errorf("data: %w", err)
		}
		if got != f.official {
			return fmt.Errorf("data: %w: %s", &fetch.SumError{Path: p.path, Want: f.official, Got: got}, p.remedy)
		}
		r, err := os.Open(p.path)
		if err != nil {
			return fmt.Errorf("data: %w", err)
		}
		defer r.Close()
		parts, err = parseIMDB(r, n)
		if err != nil {
			return fmt.Errorf("data: %s: %w", p.path, err)
		}
		return nil
	})
	if err != nil {
		return train, test, err
	}
	contents := map[string][]byte{}
	for name, c := range parts {
		if contents[name+".json"], err = json.Marshal(c); err != nil {
			return train, test, fmt.Errorf("data: IMDB: %w", err)
		}
	}
	s.keep(f, contents)
	return *parts["train"], *parts["test"], nil
}

// review is one, with its place in the order: class, then number.
type review struct {
	label, number, stars int
	text                 string
}

// parseIMDB reads aclImdb/{train,test}/{neg,pos}/NUMBER_STARS.txt out of a tar file compressed with gzip; all else in it is passed over. It wants n reviews in each part.
func parseIMDB(r io.Reader, n int) (map[string]*Corpus, error) {
	unzipped, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("not an archive compressed with gzip: %w", err)
	}
	limited := &io.LimitedReader{R: unzipped, N: maxContents}
	all := map[string][]review{}
	for archive := tar.NewReader(limited); ; {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, brokenArchive(err, limited)
		}
		part, one, ok := reviewNamed(header.Name)
		if !ok || header.Typeflag != tar.TypeReg {
			continue
		}
		if len(all[part]) == n {
			return nil, fmt.Errorf("more than %d reviews for %s", n, part)
		}
		b, err := readAll(archive, 1<<20)
		if err != nil {
			return nil, brokenArchive(fmt.Errorf("%s: %w", header.Name, err), limited)
		}
		if one.text, err = asText(b); err != nil {
			return nil, named(header.Name, err)
		}
		all[part] = append(all[part], one)
	}
	if _, err := io.Copy(io.Discard, limited); err != nil || limited.N <= 0 { // to the end, where the sum of gzip is
		return nil, brokenArchive(err, limited)
	}
	parts := map[string]*Corpus{}
	for _, part := range []string{"train", "test"} {
		if len(all[part]) != n {
			return nil, fmt.Errorf("%d reviews for %s, want %d", len(all[part]), part, n)
		}
		slices.SortFunc(all[part], func(a, b review) int {
			if a.label != b.label {
				return a.label - b.label
			}
			return a.number - b.number
		})
		c := &Corpus{Name: "IMDB " + part, Classes: []string{"negative", "positive"}}
		for _, one := range all[part] {
			c.Texts, c.Labels, c.Ratings = append(c.Texts, one.text), append(c.Labels, one.label), append(c.Ratings, float64(one.stars))
		}
		parts[part] = c
	}
	return parts, nil
}

// reviewNamed reads the name of a file.
func reviewNamed(name string) (part string, one review, ok bool) {
	at := strings.Split(strings.TrimPrefix(name, "./"), "/")
	if len(at) != 4 || at[0] != "aclImdb" || at[1] != "train" && at[1] != "test" {
		return "", one, false
	}
	label, known := imdbClasses[at[2]]
	base, isText := strings.CutSuffix(at[3], ".txt")
	number, stars, two := strings.Cut(base, "_")
	var errs [2]error
	one.label = label
	one.number, errs[0] = strconv.Atoi(number)
	one.stars, errs[1] = strconv.Atoi(stars)
	return at[1], one, known && isText && two && errs[0] == nil && errs[1] == nil
}

// brokenArchive says what is wrong with an archive that cannot be read to its end.
func brokenArchive(err error, limited *io.LimitedReader) error {
	if limited.N <= 0 {
		return errors.New("unpacks to more than it may")
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("broken archive: %w", err)
}
