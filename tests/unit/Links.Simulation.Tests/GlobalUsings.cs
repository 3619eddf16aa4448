global using K8sMediaFlow.Links.Simulation.Tests.Faults;
global using K8sMediaFlow.Links.Simulation.Tests.Running;
global using K8sMediaFlow.Primitives;
global using K8sMediaFlow.Staging.Channels;
global using K8sMediaFlow.Staging.Delivery;
