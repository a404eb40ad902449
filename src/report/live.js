"use strict";
(function () {
  const section = document.getElementById("live");
  const data = JSON.parse(document.getElementById("live-data").textContent);
  const sliders = [...section.querySelectorAll("input")];
  const shown = section.querySelectorAll("output");
  // Normal distribution, Abramowitz and Stegun 26.2.17: error below 7.5e-8.
  const normal = x => {
    const t = 1 / (1 + 0.2316419 * Math.abs(x));
    const series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    const tail = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * series;
    return x > 0 ? 1 - tail : tail;
  };
  // Chebyshev polynomials up to a degree.
  const chebyshev = (x, degree) => {
    const values = [1, x];
    for (let k = 2; k <= degree; k += 1) values.push(2 * x * values[k - 1] - values[k - 2]);
    return values;
  };
  const written = (number, value) => {
    if (number.form === "percent") return (100 * value).toFixed(1) + " %" + number.unit;
    const scale = [[1e12, " tn"], [1e9, " bn"], [1e6, " m"], [1, ""]].find(pair => Math.abs(value) >= pair[0]) || [1, ""];
    return (value / scale[0]).toPrecision(4) + scale[1] + number.unit;
  };
  const update = () => {
    const places = sliders.map(slider => 2 * slider.value / slider.max - 1);
    const tables = places.map(x => chebyshev(x, data.degree));
    let sum = 0;
    for (const [degrees, coefficient] of data.terms) {
      sum += degrees.reduce((product, degree, axis) => product * tables[axis][degree], coefficient);
    }
    const probability = data.is_score ? normal(sum) : Math.min(1, Math.max(0, sum));
    data.numbers.forEach((number, axis) => {
      shown[axis].textContent = written(number, number.low + (places[axis] + 1) / 2 * (number.high - number.low));
    });
    const answer = document.getElementById("live-answer");
    answer.textContent = probability.toFixed(data.decimals);
    answer.dataset.probability = probability;
  };
  sliders.forEach(slider => { slider.disabled = false; slider.addEventListener("input", update); });
  document.getElementById("live-reset").addEventListener("click", () => {
    sliders.forEach(slider => { slider.value = slider.defaultValue; });
    update();
  });
  document.getElementById("live-reset").hidden = false;
  document.getElementById("live-note").hidden = true;
  update();
})();
