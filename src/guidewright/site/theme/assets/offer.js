/* Offers the page in the language that the visitor's browser prefers. It never leads there by itself, and a visitor who
   has refused it, or has chosen a language in the header, is not asked again. */

(() => {
  const KEY = "__language_offer";
  const offers = [...document.querySelectorAll(".gw-offer")];
  const refused = () => {
    try { return __md_get(KEY); } catch { return false; }
  };
  const refuse = () => {
    for (const offer of offers) offer.hidden = true;
    try { __md_set(KEY, "refused"); } catch { /* asked again on the next page, where a browser forbids to remember */ }
  };

  /* As RFC 4647 looks languages up: the tag itself, then shorter ones; else any of the same language. */
  const lookUp = (tag, codes) => {
    const parts = tag.toLowerCase().split("-");
    for (let count = parts.length; count > 0; count--) {
      const found = codes.find(code => code.toLowerCase() === parts.slice(0, count).join("-"));
      if (found) return found;
    }
    return codes.find(code => code.toLowerCase().split("-")[0] === parts[0]);
  };

  const own = document.documentElement.lang;
  const codes = [...document.querySelectorAll(".md-select__link[hreflang]")].map(link => link.hreflang);
  const best = navigator.languages.map(tag => lookUp(tag, codes)).find(Boolean);
  const offer = offers.find(each => each.dataset.language === best);
  document.addEventListener("click", event => {
    if (event.target.closest(".md-select__link[hreflang], .gw-offer button")) refuse();
  });
  if (offer && best !== own && !refused()) offer.hidden = false;
})();
