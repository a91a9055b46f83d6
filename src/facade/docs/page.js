// Shows the document that the page's head names, a little changed to be tried here.

const { href } = document.querySelector('link[rel="service-desc"]');

// What says who asks, where a body may say it.
const CREDENTIALS = ['ssid', 'token', 'username', 'password'];

// Of the ways to say who asks there is one here: the key in a header, which every surface takes and no address has.
const byKeyOnly = (holder) => {
  if (holder.security) {
    holder.security = holder.security.filter((ways) => Object.keys(ways).every((way) => way === 'key'));
  }
};

// Swagger UI fills examples in, and would send them: those of parameters that may be left out are told in words.
const tellExample = (parameter) => {
  if (!parameter.required && parameter.example !== undefined) {
    const { description = '', example } = parameter;
    parameter.description = `${description} For example: \`${JSON.stringify(example)}\``.trim();
    delete parameter.example;
  }
};

const withoutCredentials = ({ schema, example }) => {
  for (const name of CREDENTIALS) {
    if (example && !schema?.required?.includes(name)) {
      delete example[name];
    }
  }
};

const fit = (spec) => {
  byKeyOnly(spec);
  spec.components.securitySchemes = { key: spec.components.securitySchemes.key };
  for (const operation of Object.values(spec.paths).flatMap(Object.values)) {
    byKeyOnly(operation);
    operation.parameters?.forEach(tellExample);
    Object.values(operation.requestBody?.content ?? {}).forEach(withoutCredentials);
  }
  return spec;
};

SwaggerUIBundle({
  url: href,
  dom_id: '#page',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  // The key is kept in this browser, for every surface, until "Logout".
  persistAuthorization: true,
  // The one whose colours can be read.
  syntaxHighlight: { theme: 'tomorrow-night' },
  tryItOutEnabled: true,
  // It would ask another host.
  validatorUrl: null,
  plugins: [() => ({ statePlugins: { spec: { wrapActions: { updateJsonSpec: (update) => (spec) => update(fit(spec)) } } } })],
});

// What Swagger UI shows to those only who see it.
const NAMES = [
  ['tr[data-param-name] :is(input, select, textarea)', (field) => field.closest('tr').dataset.paramName],
  ['.body-param textarea', () => 'Request body'],
  ['.copy-to-clipboard button', () => 'Copy'],
  ['button.close-modal', () => 'Close'],
];
new MutationObserver(() => {
  for (const [css, name] of NAMES) {
    for (const element of document.querySelectorAll(`${css}:not([aria-label])`)) {
      element.setAttribute('aria-label', name(element));
    }
  }
}).observe(document.getElementById('page'), { childList: true, subtree: true });
