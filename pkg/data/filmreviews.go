package data

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
	"github.com/vitrine-ml/vitrine/internal/cache"
)

// FilmReviews is sentences about films, negative or positive, wherever this runs: people's, [MovieSnippets] that were rated −0.5 or less, or
// 0.5 or more; or where these are not to be had, [Opinions], 4,000 and 1,000, made here. Cues is nil for people's sentences, and the names
// of the sets say which they are.
//
// A download gets 15 seconds. That it failed is remembered in the cache for a day, so that all cells of a notebook get the same sentences and
// none waits again. A file on disk that is not the official one is an error.
func FilmReviews(ctx context.Context) (train, test Corpus, err error) {
	return filmReviews(ctx, vader, 15*time.Second)
}

const aDay = 24 * time.Hour

func filmReviews(ctx context.Context, from source, patience time.Duration) (train, test Corpus, err error) {
	made := func() (Corpus, Corpus, error) { return Opinions{Train: 4000, Test: 1000, Seed: 1}.Sentences() }
	people := func(ctx context.Context) (Corpus, Corpus, error) {
		snippets, err := from.snippets(ctx)
		if err != nil {
			return Corpus{}, Corpus{}, err
		}
		train, test := BySign(snippets, 0.5)
		return train, test, nil
	}
	if from.kept(vaderFile, snippetMembers) != nil || from.onDisk(vaderFile) {
		return people(ctx)
	}
	note, err := cache.Path("data", from.set, "not-to-be-had")
	if err != nil {
		return made()
	}
	if failed, err := os.Stat(note); err == nil && time.Since(failed.ModTime()) < aDay {
		return made()
	}
	short, cancel := context.WithTimeoutCause(ctx, patience, errors.New("no more time for a download"))
	defer cancel()
	if train, test, err = people(short); err == nil || ctx.Err() != nil {
		return train, test, err
	}
	why := err.Error()
	if os.MkdirAll(filepath.Dir(note), 0o755) == nil {
		_ = atomicfile.Write(note, 0o644, func(w io.Writer) error { _, err := io.WriteString(w, why); return err }) // if not: asked again
	}
	return made()
}
