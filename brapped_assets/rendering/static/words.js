// Texts of scripts, and numbers, in the language of the page: it brings what differs from English.
"use strict";
const language = document.documentElement.lang;
{
  const texts = JSON.parse(document.getElementById("texts")?.textContent || "{}");
  const filled = (text, values) => text.replace(/%(?:%|\(([a-z_]+)\)s)/g, (all, name) => (name ? values[name] ?? all : "%"));
  const digits = new Intl.NumberFormat(document.documentElement.dataset.numbers || language), rules = new Intl.PluralRules(language);
  window._ = (text, values = {}) => filled(texts[text] ?? text, values);
  window.ngettext = (one, many, n, values = {}) => filled((texts[one] ?? [one, many])[rules.select(n) === "one" ? 0 : 1], { num: number(n), ...values });
  window.number = (n) => digits.format(n);
}
