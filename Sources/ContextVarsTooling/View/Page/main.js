window.app = new App(readModel(JSON.parse(document.getElementById("trace").textContent)));
