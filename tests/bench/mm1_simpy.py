"""M/M/1 at load 0.9 with SimPy: prints nanoseconds per customer and the mean time in system. Usage: mm1_simpy.py CUSTOMERS"""
import random
import sys
import time

CUSTOMERS = int(sys.argv[1])
RATE, MEAN = 0.9, 1.0


def simpy2():
    from SimPy.Simulation import Process, Resource, Simulation, hold, release, request

    class Customer(Process):
        def visit(self, server, total):
            arrived = self.sim.now()
            yield request, self, server
            yield hold, self, random.expovariate(1 / MEAN)
            yield release, self, server
            total[0] += self.sim.now() - arrived

    class Source(Process):
        def arrive(self, server, total):
            for _ in range(CUSTOMERS):
                yield hold, self, random.expovariate(RATE)
                customer = Customer(sim=self.sim)
                self.sim.activate(customer, customer.visit(server, total))

    simulation = Simulation()
    server, total = Resource(capacity=1, sim=simulation), [0.0]
    source = Source(sim=simulation)
    simulation.activate(source, source.arrive(server, total))
    simulation.simulate(until=1e18)
    return total[0]


def simpy3():
    import simpy

    environment = simpy.Environment()
    server, total = simpy.Resource(environment), [0.0]

    def visit():
        arrived = environment.now
        with server.request() as turn:
            yield turn
            yield environment.timeout(random.expovariate(1 / MEAN))
        total[0] += environment.now - arrived

    def arrive():
        for _ in range(CUSTOMERS):
            yield environment.timeout(random.expovariate(RATE))
            environment.process(visit())

    environment.process(arrive())
    environment.run()
    return total[0]


random.seed(1)
begin = time.process_time()
try:
    total, name = simpy3(), "SimPy 3 or later"
except ImportError:
    total, name = simpy2(), "SimPy 2"
spent = time.process_time() - begin
print(f"{spent / CUSTOMERS * 1e9:.0f} {total / CUSTOMERS:.3f} {name}")
