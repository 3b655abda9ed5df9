package explain

import (
	"fmt"
	"testing"
)

func BenchmarkKernelFit(b *testing.B) {
	for _, n := range []int{12, 15, 36, 200} {
		g := plainGame{"cubic", n, func(members []bool) float64 {
			c := 0.0
			for _, m := range members {
				if m {
					c++
				}
			}
			return c * c * c
		}}
		k := newKernelFit(n, chance(1))
		g.play(k, kernelSHAPCoalitions(n))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				k.estimate()
			}
		})
	}
}
