package models_test

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/janpfeifer/must"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// A sequence of 32 vectors with 100 numbers each, ten classes.
func ExampleLSTM() {
	net := must.M1(models.New(models.LSTM{Hidden: 64, Layers: 1},
		[]models.Port{{Name: "signal", Shape: []int{32, 100}}},
		[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{10}}}, 1))
	fmt.Print(must.M1(net.Summary()))
	// Output:
	// LSTM
	// layer   output             parameters
	// signal  32 × 100                    0
	// lstm_0  32 × 64                 42240
	// last    64                          0
	// logits  10                        650
	// total                           42890
}

// Words by their ids, of which 0 is padding: a text may be shorter than the net's length.
func ExampleGRU() {
	words := []string{"", "not", "good", "bad"}
	net := must.M1(models.New(models.GRU{Hidden: 8, Layers: 1, Bidirectional: true, Embedding: 4},
		[]models.Port{{Name: "text", Kind: models.IDs, Shape: []int{4}, Classes: words}},
		[]models.Port{{Name: "verdict", Kind: models.Logits, Shape: []int{2}}}, 1))
	text := tensors.FromValue([][]int32{{1, 3, 0, 0}, {0, 0, 1, 3}})
	p := must.M1(net.Predict([]*tensors.Tensor{text}))
	fmt.Println("the same wherever the padding is:", p[0].Class == p[1].Class)
	// Output: the same wherever the padding is: true
}
