// Media jobs in the admin: while a page shows one that runs, its progress is read anew every other second.
(() => {
  const cells = () => [...document.querySelectorAll('[data-job][data-live="1"]')];

  async function look() {
    const live = cells();
    if (!live.length) return;
    const query = new URLSearchParams(live.map((cell) => ["id", cell.dataset.job]));
    const address = location.pathname.replace(/\/mediajob\/.*/, `/mediajob/progress/?${query}`);
    try {
      const answer = await fetch(address);
      if (answer.ok) {
        const told = await answer.json();
        for (const cell of live) if (told[cell.dataset.job]) cell.textContent = told[cell.dataset.job];
      }
    } catch {
      // The server is away for a moment: the next look may tell.
    }
    setTimeout(look, 2000);
  }

  document.addEventListener("DOMContentLoaded", look);
})();
