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
