package data

// Corpus is labelled texts: what a tokeniser learns from, and what it makes a [Dataset] of.
type Corpus struct {
	Name    string   // for people
	Texts   []string // as they stand in their source
	Labels  []int    // one a text, an index into Classes
	Classes []string

	Ratings []float64 // one a text: the number that its label was made of; nil if there is none
	Cues    [][]Span  // a text's parts that its label follows from, where that is known; nil if it is not
}

// Span is a part of a text: the bytes [Start:End].
type Span struct{ Start, End int }
