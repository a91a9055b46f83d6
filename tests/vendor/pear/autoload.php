<?php
// PEAR's HTTP_Request2 2.6.0, with Net_URL2 2.2.3 and PEAR_Exception 1.0.2, unchanged, as far as docs/examples need them; their licences are beside them.
set_include_path(__DIR__);
spl_autoload_register(static fn(string $name) => include_once strtr($name, '_', '/') . '.php');
