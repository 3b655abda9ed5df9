package train_test

import (
	"context"
	"fmt"
	"log"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/train"
)

// The first run trains, for about twenty seconds on two cores with XLA; those after it load what it has left.
func ExampleFitOrLoad() {
	trainSet, testSet, err := data.FashionMNIST()
	if err != nil {
		log.Fatal(err)
	}
	net, history, err := train.FitOrLoad(models.CNN{Dropout: 0.3}, trainSet, train.Config{
		Epochs:    5,
		BatchSize: 32,
		Optimizer: train.Adam{LearningRate: 0.002},
		Schedule:  train.Cosine{},
		Seed:      1,
	})
	if err != nil {
		log.Fatal(err)
	}
	scores, err := train.Evaluate(context.Background(), net, testSet)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Steps, scores.Accuracy)
}
