// Removes extra CA certificates from the environment: Node reads them at every start, which would distort the measurements.
delete process.env['NODE_EXTRA_CA_CERTS'];
