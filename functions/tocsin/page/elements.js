// @ts-check
// Elements of the page, made and written. Text goes in as text only.

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} name of its class, or empty
 * @param {string} [content]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, name, content = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = content;
  return element;
}

/**
 * Write only what changed: assistive technology and the layout engine are left alone otherwise.
 * @param {HTMLElement} element
 * @param {string} content
 */
export function write(element, content) {
  if (element.textContent !== content) {
    element.textContent = content;
  }
}
