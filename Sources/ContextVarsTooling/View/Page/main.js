// SPDX-License-Identifier: Apache-2.0
window.app = new App(readModel(JSON.parse(document.getElementById("trace").textContent)));
