package record_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func ExampleCorpusBLEU() {
	references := [][]string{strings.Fields("the cat sat on the mat")}
	written := [][]string{strings.Fields("the cat sat on a mat")}
	bleu, err := record.CorpusBLEU(references, written)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(bleu)
	// Output: BLEU = 53.73 83.3/60.0/50.0/33.3 (BP = 1.000 ratio = 1.000 hyp_len = 6 ref_len = 6)
}

func ExampleForecast_MASE() {
	axes := []string{"example", "time"}
	f, err := record.NewForecast("LSTM", "series",
		record.Array{Name: "next", Axes: axes, Shape: []int{1, 2}, Data: []float64{4, 6}},
		record.Array{Name: "next", Axes: axes, Shape: []int{1, 2}, Data: []float64{4.5, 6}})
	if err != nil {
		log.Fatal(err)
	}
	mase, err := f.MASE(1) // the training series rises by 1 a season
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f)
	fmt.Println(mase)
	// Output:
	// LSTM on series: MAE 0.25, RMSE 0.3536 (1 examples)
	// 0.25
}
