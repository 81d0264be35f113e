const place = document.getElementById("swagger-ui");
SwaggerUIBundle({
  url: place.dataset.schema,
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: true,
  validatorUrl: null,
});
