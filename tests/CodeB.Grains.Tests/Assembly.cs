[assembly: AssemblyFixture(typeof(CodeB.Grains.Tests.SiloFixture))]
