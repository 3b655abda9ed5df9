package viz

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestTrainingCurve(t *testing.T) { sameAsGolden(t, "trainingcurve", figures()["trainingcurve"]) }

func TestTrainingCurveOfOneUnfinishedEpoch(t *testing.T) {
	h := epochs(1)
	h.Finished, h.Steps, h.Elapsed = false, 0, 0
	c := drawn(t, TrainingCurve{History: h, LogLoss: true})
	if want := "1 epoch; not finished: loss 1, accuracy 0.5."; !strings.HasSuffix(c.Alt, want) {
		t.Errorf("alternative text %q does not end with %q", c.Alt, want)
	}
	svg, err := c.SVG()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(svg), "validation") {
		t.Error("a legend for a validation that there was not")
	}
}

// Where no classes are learned there is no accuracy, and no panel for it.
func TestTrainingCurveOfValues(t *testing.T) {
	h := epochs(3)
	h.Learns = "values"
	for i := range h.Epochs {
		h.Epochs[i].Accuracy, h.Epochs[i].ValidationAccuracy = 0, nil
	}
	c := drawn(t, TrainingCurve{History: h})
	svg, err := c.SVG()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(c.Alt, "accuracy") || strings.Contains(string(svg), "accuracy") || len(c.Table.Columns) != 3 || len(c.Table.Rows[0]) != 3 {
		t.Errorf("there is an accuracy: %q, %q", c.Alt, c.Table.Columns)
	}
	if !strings.Contains(string(svg), ">loss<") {
		t.Error("no axis of the loss")
	}
}

func ExampleTrainingCurve() {
	loss := 0.42
	chart, err := TrainingCurve{History: record.History{Model: "CNN", Dataset: "Fashion-MNIST", Finished: true, Epochs: []record.Epoch{
		{Epoch: 1, Loss: 0.71, Accuracy: 0.74},
		{Epoch: 2, Loss: 0.44, Accuracy: 0.84, ValidationLoss: &loss},
	}}}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	// Output: Training of CNN on Fashion-MNIST, 2 epochs: loss from 0.71 to 0.44, validation loss 0.42, accuracy from 0.74 to 0.84.
}
