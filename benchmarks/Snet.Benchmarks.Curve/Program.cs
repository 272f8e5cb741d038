using Snet.Benchmarks;

SigningCost.Measure("BouncyCastle.NetCore 1.8.5");
