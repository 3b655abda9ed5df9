package train

import (
	"context"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// EvaluateForecast says how well a net predicts values, by its first output.
func EvaluateForecast(ctx context.Context, net *models.Net, set *data.Dataset) (_ record.Forecast, err error) {
	defer data.Catch(&err)
	if err := checkEvaluation(net, set, data.Values, models.Values); err != nil {
		return record.Forecast{}, err
	}
	actual := set.Targets(0, set.Len())
	predicted := actual
	predicted.Data = make([]float64, 0, len(actual.Data))
	err = eachOutput(ctx, net, set, func(_ int, row []float64) error {
		predicted.Data = append(predicted.Data, row...)
		return nil
	})
	if err != nil {
		return record.Forecast{}, err
	}
	return record.NewForecast(net.Name, set.Name, actual, predicted)
}
