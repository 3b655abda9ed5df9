package data

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

var (
	ett = source{
		set: "ett",
		url: "https://raw.githubusercontent.com/zhouhaoyi/ETDataset/1d16c8f4f943005d613b5bc962e9eeb06058cf07/ETT-small/",
		advice: "Put the file (or the same compressed, ETTh1.csv.gz) into a folder and set " + mirrorVariable +
			" to it; or use Sunspots, CO2 or Glucose, which are embedded",
	}
	etth1File = file{
		name:     "ETTh1.csv",
		official: "f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066",
		contents: "f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066",
		size:     2_589_657,
	}
	etth1Header = []string{"date", "HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"}
)

// ETTh1 is an electricity transformer in China hour by hour from July 2016 to June 2018, 17,420 steps: the temperature of its oil, OT, which
// is the target, and six loads, high, middle and low, each useful and useless (Zhou et al. 2021, Informer, https://arxiv.org/abs/2012.07436;
// CC BY-ND 4.0, so it is not part of this project). The season is a day. As in the paper, the first 12 months of 30 days, 8,640 hours, are
// for training; of the test part, the first four months are those that the paper chooses models by and the next four its test.
//
// ETTh1.csv, 2.6 MB, comes from a mirror (ett), the cache (data/ett) or the authors' repository, as [MovieSnippets] does, and is checked by
// the SHA-256 of its contents. The errors are those of [FashionMNISTFull].
func ETTh1(ctx context.Context) (*Series, error) {
	contents, err := ett.read(ctx, etth1File)
	if err != nil {
		return nil, err
	}
	s, err := parseETT("ETTh1", contents)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", etth1File.name, err)
	}
	s.Train = 12 * 30 * 24
	return s.checked()
}

func parseETT(name string, contents []byte) (*Series, error) {
	times, values, err := parseSeries(bytes.NewReader(contents), etth1Header, time.DateTime)
	if err != nil {
		return nil, err
	}
	for f, of := range values {
		if slices.ContainsFunc(of, math.IsNaN) {
			return nil, fmt.Errorf("values of %s are missing", etth1Header[f+1])
		}
	}
	return &Series{Name: name, Features: slices.Clone(etth1Header[1:]), Target: len(values) - 1, Times: times, Values: values, Season: 24}, nil
}
