// The editor of the console's source tab: CodeMirror 6 behind a handle of few verbs. It knows text, offsets (UTF-16, from
// the beginning) and words; what a workflow is, what is wrong with it and what could stand somewhere the console tells it.
//
// The console fetches it when the tab is opened first; see src/editor/source/bridge.rs for the other side.

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  pickedCompletion,
  startCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  ViewPlugin,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** A change that the console made: it is not told of it again. */
const ours = Annotation.define();
const mark = StateEffect.define();

/** The range of the selected task; it moves with the text around it. */
const marked = StateField.define({
  create: () => null,
  update(range, transaction) {
    for (const effect of transaction.effects) if (effect.is(mark)) return effect.value;
    if (!range || !transaction.docChanged) return range;
    const from = transaction.changes.mapPos(range.from, 1);
    return { from, to: Math.max(from, transaction.changes.mapPos(range.to, -1)) };
  },
});

/** Only the lines that are seen are marked: a task may be thousands of lines long. */
const markedLines = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.decorations = this.draw(view);
    }
    update(update) {
      if (update.docChanged || update.viewportChanged || update.startState.field(marked) !== update.state.field(marked)) {
        this.decorations = this.draw(update.view);
      }
    }
    draw(view) {
      const range = view.state.field(marked);
      if (!range) return Decoration.none;
      const lines = [];
      const from = Math.max(range.from, view.viewport.from);
      const to = Math.min(range.to, view.viewport.to);
      for (let at = from; at <= to; ) {
        const line = view.state.doc.lineAt(at);
        lines.push(Decoration.line({ class: "cm-task" }).range(line.from));
        at = line.to + 1;
      }
      return Decoration.set(lines);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-name)" },
  { tag: [tags.string, tags.special(tags.string), tags.content], color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.atom], color: "var(--code-value)" },
  { tag: [tags.comment, tags.meta], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: "var(--ink-muted)" },
  { tag: tags.invalid, color: "var(--faulted-ink)" },
]);

// Every colour is a token of the console, so that light and dark follow it without a word here.
const look = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--ink)", fontSize: "13px" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.6", overscrollBehavior: "contain" },
  ".cm-content": { caretColor: "var(--ink)", padding: "var(--space-2) 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 28%, transparent)",
  },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--ink-muted)", borderRight: "1px solid var(--line)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 var(--space-1) 0 var(--space-2)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--ink) 4%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--sunken)", color: "var(--ink)" },
  ".cm-line.cm-task": {
    backgroundColor: "color-mix(in srgb, var(--accent) 8%, transparent)",
    boxShadow: "inset 3px 0 var(--accent)",
  },
  ".cm-foldGutter .cm-gutterElement": { cursor: "pointer", minWidth: "16px", textAlign: "center" },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--sunken)",
    border: "1px solid var(--line)",
    borderRadius: "var(--radius-small)",
    color: "var(--ink-muted)",
    padding: "0 var(--space-1)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--line-strong)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--faulted-wash)" },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--accent) 14%, transparent)" },
  ".cm-searchMatch": { backgroundColor: "var(--waiting-wash)", outline: "1px solid var(--waiting-ink)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--accent-wash)", outline: "2px solid var(--accent)" },
  ".cm-panels": { backgroundColor: "var(--ground)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "var(--space-2) 36px var(--space-2) var(--space-3)", fontFamily: "var(--font)" },
  ".cm-panel.cm-search label": { fontSize: "13px", display: "inline-flex", alignItems: "center", gap: "4px" },
  ".cm-panel.cm-search [name=close]": { fontSize: "18px", minWidth: "32px", minHeight: "32px", color: "var(--ink-muted)" },
  ".cm-textfield": {
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius-small)",
    color: "var(--ink)",
    fontSize: "13px",
    minHeight: "28px",
    padding: "2px var(--space-2)",
  },
  ".cm-button": {
    background: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius-small)",
    color: "var(--ink)",
    fontSize: "13px",
    minHeight: "28px",
    cursor: "pointer",
  },
  ".cm-textfield:focus-visible, .cm-button:focus-visible": { outline: "2px solid var(--focus)", outlineOffset: "1px" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    border: "1px solid var(--line)",
    borderRadius: "var(--radius-small)",
    boxShadow: "var(--shadow-high)",
    color: "var(--ink)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-code)", maxHeight: "18em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px var(--space-2)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent)", color: "var(--accent-ink)" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-completionDetail": { color: "var(--ink-muted)", fontFamily: "var(--font)", fontStyle: "normal" },
  ".cm-tooltip.cm-completionInfo": { fontFamily: "var(--font)", maxWidth: "320px", padding: "var(--space-2) var(--space-3)" },
  ".cm-diagnostic": { fontFamily: "var(--font)", padding: "var(--space-1) var(--space-3)", maxWidth: "480px" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--faulted-ink)" },
  ".cm-diagnostic-warning": { borderLeft: "4px solid var(--waiting-ink)" },
  ".cm-lintRange-error, .cm-lintRange-warning": { backgroundImage: "none", textDecorationSkipInk: "none" },
  ".cm-lintRange-error": { textDecoration: "underline wavy var(--faulted-ink)" },
  ".cm-lintRange-warning": { textDecoration: "underline wavy var(--waiting-ink)" },
  ".cm-gutter-lint": { width: "1.2em" },
  ".cm-lint-marker-error": { content: "none", background: "var(--faulted-ink)", borderRadius: "50%", width: "0.7em", height: "0.7em" },
  ".cm-lint-marker-warning": { content: "none", background: "var(--waiting-ink)", clipPath: "polygon(50% 0, 100% 100%, 0 100%)", width: "0.8em", height: "0.8em" },
  ".cm-lint-marker": { display: "inline-block", verticalAlign: "middle", padding: 0 },
});

const languages = { json, yaml };

/**
 * Puts an editor into `parent`.
 *
 * `options`: `text`, `language` ("json" or "yaml"), `readOnly`, `attributes` (of the text's element), `phrases`, and the
 * functions `changed()`, `caret(offset)`, `left()` and `complete(text, offset)`, which answers `null` or
 * `{ from, to, before, after, options: [{ label, apply, caret, detail, info, type }] }`: `before` and `after` say how much
 * around the word is replaced too.
 */
export function create(parent, options) {
  const [language, writable, phrases, attributes] = [0, 0, 0, 0].map(() => new Compartment());
  const locked = (readOnly) => [EditorState.readOnly.of(readOnly)];
  let head = -1;
  let spoken = options.language;

  const suggest = (context) => {
    const word = context.matchBefore(/[^\s"'{}[\],]+/);
    const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos);
    if (!context.explicit && !word && before !== '"') return null;
    const found = options.complete(context.state.doc.toString(), context.pos);
    if (!found || found.options.length === 0) return null;
    return {
      from: found.from,
      to: found.to,
      options: found.options.map((option) => ({ ...option, apply: insert(option, found.before, found.after) })),
      validFor: /^[^\s"'{}[\],]*$/,
    };
  };

  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lintGutter(),
        lineNumbers(),
        foldGutter({ openText: "▾", closedText: "▸" }),
        codeFolding(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of("  "),
        EditorState.tabSize.of(2),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ override: [suggest], icons: false }),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        search({ top: true }),
        syntaxHighlighting(colours),
        marked,
        markedLines,
        look,
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...completionKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        language.of(languages[options.language]()),
        writable.of(locked(options.readOnly)),
        phrases.of(EditorState.phrases.of(options.phrases)),
        attributes.of(EditorView.contentAttributes.of(options.attributes)),
        EditorView.updateListener.of((update) => {
          const own = update.transactions.some((transaction) => transaction.annotation(ours));
          if (update.docChanged && !own) options.changed();
          const now = update.state.selection.main.head;
          if (update.selectionSet && !own && now !== head) options.caret(now);
          head = now;
        }),
        EditorView.domEventHandlers({ blur: () => options.left() }),
      ],
    }),
  });

  const clamp = (offset) => Math.max(0, Math.min(offset, view.state.doc.length));
  const reconfigure = (compartment, extension) => view.dispatch({ effects: compartment.reconfigure(extension) });

  return {
    text: () => view.state.doc.toString(),
    caret: () => view.state.selection.main.head,
    hasFocus: () => view.hasFocus,
    find: () => openSearchPanel(view),
    /** Replaces the text, touching only the lines that differ: the caret, folds and what can be undone stay. */
    setText(text) {
      const changes = difference(view.state.doc.toString(), text);
      if (changes) view.dispatch({ changes, annotations: ours.of(true) });
    },
    setLanguage(name) {
      if (name !== spoken) reconfigure(language, languages[name]());
      spoken = name;
    },
    setReadOnly: (readOnly) => reconfigure(writable, locked(readOnly)),
    setWords(words, attributesNow) {
      view.dispatch({
        effects: [
          phrases.reconfigure(EditorState.phrases.of(words)),
          attributes.reconfigure(EditorView.contentAttributes.of(attributesNow)),
        ],
      });
    },
    setProblems(problems) {
      const placed = problems.map((problem) => ({ ...problem, from: clamp(problem.from), to: clamp(problem.to) }));
      view.dispatch(setDiagnostics(view.state, placed));
    },
    /** Marks the lines of a task, or none, and brings its first line into view where it is asked for. */
    setMarked(from, to, reveal) {
      const range = from < 0 ? null : { from: clamp(from), to: clamp(to) };
      const effects = [mark.of(range)];
      if (range && reveal) effects.push(EditorView.scrollIntoView(range.from, { y: "start", yMargin: 48 }));
      view.dispatch({ effects, annotations: ours.of(true) });
    },
    select(from, to) {
      const selection = { anchor: clamp(from), head: clamp(to) };
      view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: "center" }) });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

/** Writes a suggestion in the place of the word and its quotes, and asks on where it leads to something to be written. */
function insert({ apply, caret, type }, before, after) {
  return (view, completion, from, to) => {
    view.dispatch({
      changes: { from: from - before, to: Math.min(to + after, view.state.doc.length), insert: apply },
      selection: { anchor: from - before + caret },
      annotations: pickedCompletion.of(completion),
      userEvent: "input.complete",
      scrollIntoView: true,
    });
    if (type === "property" || type === "class") startCompletion(view);
  };
}

/** The one stretch in which two texts differ; none where they are the same. */
function difference(before, after) {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  let tail = 0;
  while (tail < shorter - from && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail++;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}
