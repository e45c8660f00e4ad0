// Runs before the first paint, so that a chosen theme or density never flashes.
(function () {
  try {
    var chosen = JSON.parse(localStorage.getItem('sonde.look') || '{}');
    if (chosen.theme) document.documentElement.dataset.theme = chosen.theme;
    if (chosen.density) document.documentElement.dataset.density = chosen.density;
  } catch {
    // Storage that is off or broken means the defaults.
  }
})();
