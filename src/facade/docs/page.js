// Shows the document that the page's head names. What is given to "Authorize" is kept in this browser, for every surface, until "Logout".
const { href } = document.querySelector('link[rel="service-desc"]');

// Swagger UI fills examples in, and would send them: those of parameters that may be left out are told in words.
const tellExamples = (spec) => {
  for (const item of Object.values(spec.paths)) {
    for (const { parameters = [] } of Object.values(item)) {
      for (const parameter of parameters) {
        if (!parameter.required && parameter.example !== undefined) {
          const { description = '', example } = parameter;
          parameter.description = `${description} For example: \`${JSON.stringify(example)}\``.trim();
          delete parameter.example;
        }
      }
    }
  }
  return spec;
};

SwaggerUIBundle({
  url: href,
  dom_id: '#page',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  // It would ask another host.
  validatorUrl: null,
  plugins: [() => ({ statePlugins: { spec: { wrapActions: { updateJsonSpec: (update) => (spec) => update(tellExamples(spec)) } } } })],
});
