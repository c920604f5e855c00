// Takes from this process, and so from all that it starts, what a company's network asks of Node and nothing here needs: Node reads these
// certificates whole at each of its starts, which would be measured with everything else.
delete process.env['NODE_EXTRA_CA_CERTS'];
