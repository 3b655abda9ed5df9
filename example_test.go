package vitrine_test

import (
	"context"
	"fmt"

	"github.com/janpfeifer/must"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
	"github.com/vitrine-ml/vitrine/pkg/train"
	"github.com/vitrine-ml/vitrine/pkg/viz"
)

// The example of the README: a net is trained, a decision of it explained, and the picture written to a page that needs nothing else.
func Example() {
	trainSet, testSet := must.M2(data.FashionMNIST())
	net, _ := must.M2(train.FitOrLoad(models.CNN{}, trainSet, train.Config{Epochs: 1, Optimizer: train.Adam{LearningRate: 0.001}, Seed: 1}))

	pictures := testSet.Inputs(0, 4)
	why := must.M1(explain.IntegratedGradients{}.Explain(context.Background(), net, pictures, explain.Predicted))
	fmt.Println("values add up for every picture:", why.Converged())

	seen := testSet.Samples(0, 4)
	seen.Predictions = must.M1(net.Predict(pictures))
	must.M(viz.WriteFile(viz.ImageAttribution{Samples: seen, Explanations: []*record.Explanation{why}}, "why.html"))
	// Output: values add up for every picture: true
}
