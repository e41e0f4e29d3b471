// Updates the live screens, and makes the copy buttons work. Without this script, reload a screen to update it.
'use strict'

const main = document.getElementById('main')
const live = document.querySelector('.live')

function say(text, state) {
  live.hidden = false
  live.dataset.state = state
  live.firstChild ? (live.firstChild.textContent = text) : live.append(text)
}

function follow() {
  let paused = false
  let due = 0
  let busy = false
  let took = 0
  const pause = document.createElement('button')
  pause.type = 'button'
  pause.textContent = 'Pause'
  pause.addEventListener('click', () => {
    paused = !paused
    pause.textContent = paused ? 'Resume' : 'Pause'
    say(paused ? 'paused' : 'live', paused ? 'off' : 'on')
    if (!paused) refresh()
  })
  say('connecting', 'off')
  live.append(pause)

  // A refresh would discard what the user types or clicks, because a new screen has only the values of the server.
  let edited = false
  let pressed = false
  main.addEventListener('input', () => (edited = true))
  main.addEventListener('submit', () => {
    edited = false
    say('live', 'on')
  })
  addEventListener('pointerdown', () => (pressed = true))
  for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => setTimeout(() => (pressed = false)))

  function inUse() {
    if (edited || pressed) return true
    const focused = document.activeElement
    return focused && main.contains(focused) && ['INPUT', 'SELECT', 'TEXTAREA'].includes(focused.tagName)
  }

  async function refresh() {
    due = 0
    if (paused) return
    if (edited) say('waits for the form', 'off')
    if (busy || inUse()) {
      due = setTimeout(refresh, 500)
      return
    }
    busy = true
    const began = performance.now()
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
      if (!answer.ok) return
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('main')
      const open = new Set([...main.querySelectorAll('details[open]')].map((each) => each.textContent.slice(0, 80)))
      main.replaceChildren(...fresh.childNodes)
      for (const each of main.querySelectorAll('details')) {
        if (open.has(each.textContent.slice(0, 80))) each.open = true
      }
    } catch {
      // the server has ended, or the answer was cut off: the event source reports it, and the next event tries again
    } finally {
      took = performance.now() - began
      busy = false
    }
  }

  const events = new EventSource('/__admin/events')
  let missed = false
  events.addEventListener('open', () => {
    say(paused ? 'paused' : 'live', paused ? 'off' : 'on')
    if (missed && !due) due = setTimeout(refresh, 0) // calls that were answered meanwhile
    missed = false
  })
  events.addEventListener('error', () => {
    missed = true
    say('not connected', 'off')
  })
  events.addEventListener('call', () => {
    // Refreshing takes at most a fifth of the server's time.
    if (!due) due = setTimeout(refresh, Math.max(300, 4 * took))
  })
  addEventListener('pagehide', () => events.close())
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]')
  if (!button) return
  const source = document.getElementById(button.dataset.copy)
  const label = button.textContent
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(source.textContent)
    button.textContent = 'Copied'
  } else { // browsers have no clipboard for plain HTTP beyond loopback
    const secret = source.closest('details')
    if (secret) secret.open = true
    getSelection().selectAllChildren(source)
    button.textContent = 'Selected: copy it'
  }
  setTimeout(() => (button.textContent = label), 1500)
})

if (main.hasAttribute('data-live') && 'EventSource' in window) follow()
