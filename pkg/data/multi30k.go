package data

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

var multi30k = source{
	set: "multi30k",
	url: "https://raw.githubusercontent.com/multi30k/dataset/a3d2e0d/data/task1/raw/",
	advice: "Put the official files into a folder, or into multi30k in it, and set " + mirrorVariable +
		" to the folder; or use NumberWords, which is made here",
}

// multi30kFiles are English and German, line by line.
var multi30kFiles = []struct {
	name  string
	lines int
	files [2]file
}{
	{"train", 29_000, [2]file{
		{
			name:     "train.en.gz",
			official: "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
			contents: "460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6",
			size:     1_801_238,
		},
		{
			name:     "train.de.gz",
			official: "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
			contents: "2c2b73fd2b548fbcde3a875e0a78d6ee94d498bfdee6bd3eae3945779e9ddf72",
			size:     2_110_398,
		},
	}},
	{"validation", 1_014, [2]file{
		{
			name:     "val.en.gz",
			official: "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
			contents: "1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227",
			size:     63_297,
		},
		{
			name:     "val.de.gz",
			official: "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
			contents: "660e09eb7e1da2f856ea13ee5ad3cf6d36b3d5b0b733c857e94c5747a3dfc660",
			size:     75_981,
		},
	}},
	{"test", 1_000, [2]file{
		{
			name:     "test_2016_flickr.en.gz",
			official: "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
			contents: "399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182",
			size:     62_076,
		},
		{
			name:     "test_2016_flickr.de.gz",
			official: "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
			contents: "4be6b5b3236b79c25475c6bb829800a7ce559e9ba7a1f6c2394fe4d40be46d16",
			size:     70_649,
		},
	}},
}

// Multi30k is descriptions of photographs in English, the sources, and their translations into German: 29,000 pairs for training, 1,014 for
// validation and the 1,000 of the test of 2016 (Elliott, Frank, Sima'an and Specia 2016, https://arxiv.org/abs/1605.00459; task 1; no
// licence is stated, so it is not part of this project). The six files, 1.3 MB, come from the first of these that has them:
//
//   - a mirror: the folder that VITRINE_MIRROR names, or multi30k in it;
//   - the cache: data/multi30k in the folder that VITRINE_CACHE names, os.UserCacheDir()/vitrine if it is not set;
//   - the authors' repository, into the cache; see [WithProgress].
//
// They are checked by the SHA-256 of their contents. The errors are those of [FashionMNISTFull].
func Multi30k(ctx context.Context) (train, validation, test Parallel, err error) {
	var all []Parallel
	for _, part := range multi30kFiles {
		p := Parallel{Name: "Multi30k " + part.name}
		for i, to := range []*[]string{&p.Sources, &p.Targets} {
			f := part.files[i]
			contents, err := multi30k.read(ctx, f)
			if err != nil {
				return Parallel{}, Parallel{}, Parallel{}, err
			}
			if *to, err = parseLines(contents); err == nil && len(*to) != part.lines {
				err = fmt.Errorf("%d lines, want %d", len(*to), part.lines)
			}
			if err != nil {
				return Parallel{}, Parallel{}, Parallel{}, fmt.Errorf("data: Multi30k: %s: %w", f.name, err)
			}
		}
		all = append(all, p)
	}
	return all[0], all[1], all[2], nil
}

// Reversed has sources for targets and targets for sources: German to English. The alignments are left out.
func (p Parallel) Reversed() Parallel {
	return Parallel{Name: p.Name + ", reversed", Sources: slices.Clone(p.Targets), Targets: slices.Clone(p.Sources)}
}

// parseLines is a text in each line, without the white space around it.
func parseLines(contents []byte) ([]string, error) {
	var lines []string
	for line := range strings.Lines(string(contents)) {
		text := strings.TrimSpace(line)
		if text == "" || !utf8.ValidString(text) {
			return nil, fmt.Errorf("line %d is %.40q, want a text in UTF-8", len(lines)+1, line)
		}
		lines = append(lines, text)
	}
	return lines, nil
}
