package viz

import "testing"

func TestForecasts(t *testing.T) { sameAsGolden(t, "forecasts", figures()["forecasts"]) }
