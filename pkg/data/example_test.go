package data_test

import (
	"fmt"
	"log"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

func ExampleFashionMNIST() {
	train, test, err := data.FashionMNIST()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(train.Len(), test.Len(), test.Shape())
	fmt.Println(test.Inputs(0, 16)[0].Shape(), test.Labels(0, 16).Shape())
	for i := range 3 {
		fmt.Println(test.Index[i], test.Classes[test.Label(i)])
	}
	// Output:
	// 6000 1000 [28 28 1]
	// (Float32)[16, 28, 28, 1] (Int32)[16, 1]
	// 0 Ankle boot
	// 1 Pullover
	// 2 Trouser
}

func ExampleNew() {
	pixels := []uint8{
		0, 255, 0, 255, // an image of 2 by 2
		255, 0, 255, 0, // another
	}
	stripes, err := data.New("stripes", []int{2, 2, 1}, pixels, []int{1, 0}, []string{"left", "right"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stripes.Inputs(0, 1)[0].Value())
	_, err = data.New("stripes", []int{2, 2, 1}, pixels, []int{1, 2}, []string{"left", "right"})
	fmt.Println(err)
	// Output:
	// [[[[0] [1]] [[0] [1]]]]
	// data: "stripes": example 1 has label 2, want one of 2 classes, counted from 0
}

func ExampleDataset_Select() {
	_, test, err := data.FashionMNIST()
	if err != nil {
		log.Fatal(err)
	}
	var bags []int
	for i := range test.Len() {
		if test.Classes[test.Label(i)] == "Bag" {
			bags = append(bags, i)
		}
	}
	s := test.Select(bags...)
	fmt.Println(s.Len(), "bags, the first of them image", s.Index[0], "of the official test set")
	// Output: 100 bags, the first of them image 18 of the official test set
}

func ExampleAssemble() {
	words := []string{"<pad>", "<unk>", "<bos>", "<eos>", "one", "two"}
	digits := []string{"<pad>", "<unk>", "<bos>", "<eos>", "1", "2"}
	pairs, err := data.Assemble("numbers",
		[]data.Column{
			{Name: "source", Kind: data.IDs, Shape: []int{3}, Names: words, IDs: []int32{4, 5, 0, 5, 5, 4}},
			{Name: "target", Kind: data.IDs, Shape: []int{4}, Names: digits, IDs: []int32{2, 4, 5, 0, 2, 5, 5, 4}},
		},
		data.Column{Name: "next", Kind: data.IDs, Shape: []int{4}, Names: digits, IDs: []int32{4, 5, 3, 0, 5, 5, 4, 3}})
	if err != nil {
		log.Fatal(err)
	}
	inputs, target := pairs.Batch([]int{1, 0})
	fmt.Println(inputs[0].Shape(), inputs[1].Shape(), target.Shape())
	s := pairs.Samples(0, 2)
	for i := range s.Len() {
		fmt.Println(s.Tokens[i], "→", s.TargetTokens[i])
	}
	// Output:
	// (Int32)[2, 3] (Int32)[2, 4] (Int32)[2, 4]
	// [one two] → [1 2 <eos>]
	// [two two one] → [2 2 1 <eos>]
}

func ExampleDataset_Split() {
	train, _, err := data.FashionMNIST()
	if err != nil {
		log.Fatal(err)
	}
	learn, validate, err := train.Split(0.9, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(learn.Len(), validate.Len())
	// Output: 5400 600
}
