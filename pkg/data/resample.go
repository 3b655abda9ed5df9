package data

import "math"

// resampled is the first n samples of a sound at another rate: at each new moment the sum of the old samples around it, weighted by a sinc that lets through what both rates can
// hold, under a Hann window of 16 zero crossings on either side (Smith 2002, Digital Audio Resampling, https://ccrma.stanford.edu/~jos/resample/). The
// weights of a moment add up to 1, so that what is constant stays so. Before and after the sound there is silence.
func resampled(x []float32, from, to, n int) []float32 {
	n = min(n, int((int64(len(x))*int64(to)+int64(from)-1)/int64(from)))
	if from == to {
		return x[:n]
	}
	const crossings = 16
	cutoff := min(1, float64(to)/float64(from)) // of what the old rate can hold
	reach := int(math.Ceil(crossings / cutoff))
	divisor := gcd(from, to)
	phases := make([][]float64, min(to/divisor, 1<<12)) // weights that come again
	y := make([]float32, n)
	for i := range y {
		moment := int64(i) * int64(from)
		at, phase := int(moment/int64(to)), int(moment%int64(to))/divisor
		var weights []float64
		if phase < len(phases) {
			weights = phases[phase]
		}
		if weights == nil {
			weights = sincWeights(float64(phase*divisor)/float64(to), cutoff, reach)
			if phase < len(phases) {
				phases[phase] = weights
			}
		}
		sum := 0.0
		for k, w := range weights {
			if j := at - reach + k; j >= 0 && j < len(x) {
				sum += w * float64(x[j])
			}
		}
		y[i] = float32(sum)
	}
	return y
}

// sincWeights are those of the samples from −reach to reach + 1 around a moment that is that much after sample 0.
func sincWeights(after, cutoff float64, reach int) []float64 {
	weights, sum := make([]float64, 2*reach+2), 0.0
	for k := range weights {
		distance := float64(k-reach) - after
		if math.Abs(distance) >= float64(reach) {
			continue
		}
		w := (1 + math.Cos(math.Pi*distance/float64(reach))) / 2
		if angle := math.Pi * cutoff * distance; angle != 0 {
			w *= math.Sin(angle) / angle
		}
		weights[k] = w
		sum += w
	}
	for k := range weights {
		weights[k] /= sum
	}
	return weights
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
