//! Icons, drawn here so that no request is made for them. All on a grid of 24, stroked with the text's colour.

use leptos::prelude::*;

macro_rules! icons {
    ($($name:ident => $path:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Icon { $($name,)* }

        impl Icon {
            /// What is stroked, on the grid of 24.
            pub(in crate::ui) fn path(self) -> &'static str {
                match self { $(Self::$name => $path,)* }
            }
        }
    };
}

icons! {
    Workflow => "M4 5h6v5H4zM14 14h6v5h-6zM7 10v3.5a2 2 0 0 0 2 2h5",
    History => "M3.5 12a8.5 8.5 0 1 0 2.6-6.1L3.5 8.3M3.5 4v4.3h4.3M12 7.5V12l3 2",
    Approval => "M9 11.5l2.2 2.2L15.5 9M12 3l7.5 3v5.5c0 4.4-3.2 7.9-7.5 9.5-4.3-1.6-7.5-5.1-7.5-9.5V6z",
    Resource => "M4 7c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 7v10c0 1.7 3.6 3 8 3s8-1.3 8-3V7M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
    Settings => "M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
    Menu => "M4 6h16M4 12h16M4 18h16",
    Close => "M6 6l12 12M18 6L6 18",
    Plus => "M12 5v14M5 12h14",
    Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
    Star => "M12 4l2.5 5.1 5.6.8-4 4 .9 5.6-5-2.6-5 2.6.9-5.6-4-4 5.6-.8z",
    Pause => "M8 5.5v13M16 5.5v13",
    Play => "M8 5.5v13l10.5-6.5z",
    Stop => "M7 7h10v10H7z",
    More => "M6 12h.01M12 12h.01M18 12h.01",
    Edit => "M5 19h3.5L19 8.5 15.5 5 5 15.5zM13 7.5l3.5 3.5",
    Copy => "M9 9h10v10H9zM5 15V5h10",
    Delete => "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7M10.5 11v5M13.5 11v5",
    ChevronLeft => "M14.5 6l-6 6 6 6",
    ChevronRight => "M9.5 6l6 6-6 6",
    ChevronDown => "M6 9.5l6 6 6-6",
    Check => "M5 12.5l4.5 4.5L19 7.5",
    Alert => "M12 4l9 16H3zM12 10v4.5M12 17.3h.01",
    Info => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5M12 8h.01",
    Clock => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
    User => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
    SignOut => "M14 5H6v14h8M11 12h9M17 8.5l3.5 3.5-3.5 3.5",
    Undo => "M8 6L4 10l4 4M4.5 10H14a5.5 5.5 0 0 1 0 11h-3",
    Redo => "M16 6l4 4-4 4M19.5 10H10a5.5 5.5 0 0 0 0 11h3",
    Retry => "M20 12a8 8 0 1 1-2.4-5.7L20 8.5M20 4v4.5h-4.5",
    Skip => "M5 6l7 6-7 6zM13 6l6 6-6 6M20 6v12",
    TopDown => "M8 3.5h8v5H8zM8 15.5h8v5H8zM12 8.5v7M9.8 13.2l2.2 2.3 2.2-2.3",
    LeftRight => "M3.5 8h5v8h-5zM15.5 8h5v8h-5zM8.5 12h7M13.2 9.8l2.3 2.2-2.3 2.2",
    Peek => "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
    Cut => "M6.5 4a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM6.5 15a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8.6 8L20 17M8.6 16L20 7",
    Power => "M12 3.5v8M7 6.8a7.5 7.5 0 1 0 10 0",
    ChevronUp => "M6 14.5l6-6 6 6",
    Fit => "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
    ZoomIn => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20M10.5 7.5v6M7.5 10.5h6",
    ZoomOut => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20M7.5 10.5h6",
    Split => "M4 5h16v14H4zM12 5v14",
    Code => "M9 7l-5 5 5 5M15 7l5 5-5 5",
    Download => "M12 4v11M7 10.5l5 5 5-5M5 20h14",
    Filter => "M4 5h16l-6 7.5V19l-4-2v-4.5z",
    Globe => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c2.3 2.4 3.4 5.2 3.4 8.5s-1.1 6.1-3.4 8.5c-2.3-2.4-3.4-5.2-3.4-8.5s1.1-6.1 3.4-8.5z",
    Http => "M4 8h16M4 16h16M9 4l-3.5 4L9 12M15 12l3.5 4-3.5 4",
    Wait => "M7 4h10M7 20h10M8 4c0 5 8 5.5 8 8s-8 3-8 8M16 4c0 5-8 5.5-8 8s8 3 8 8",
    Gate => "M12 3l7.5 3v5.5c0 4.4-3.2 7.9-7.5 9.5-4.3-1.6-7.5-5.1-7.5-9.5V6zM12 8.5v4M12 15.5h.01",
    Dns => "M4 5h16v5H4zM4 14h16v5H4zM7.5 7.5h.01M7.5 16.5h.01",
    Database => "M4 6.5c0-1.4 3.6-2.5 8-2.5s8 1.1 8 2.5S16.400 9 12 9 4 7.900 4 6.500zM4 6.500v11c0 1.400 3.600 2.500 8 2.500s8-1.100 8-2.500v-11",
    Storage => "M4 8l8-4 8 4-8 4zM4 8v8l8 4 8-4V8M12 12v8",
    Flask => "M10 4v5.500L5 18.500A1.500 1.500 0 0 0 6.300 20.500h11.400a1.500 1.500 0 0 0 1.300-2L14 9.500V4M9 4h6M7.500 14.500h9",
    Switch => "M4 8h13M13.500 4.500L17 8l-3.500 3.500M20 16H7M10.500 12.500L7 16l3.500 3.500",
    Gear => "M12 8.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM12 3.500v2.500M12 18v2.500M3.500 12H6M18 12h2.500M6 6l1.800 1.800M16.200 16.200L18 18M18 6l-1.800 1.800M7.800 16.200L6 18",
    Fork => "M12 4v4M12 8c0 3-6 2-6 6v6M12 8c0 3 6 2 6 6v6",
    Loop => "M5 12a7 7 0 0 1 12-4.900L19 9M19 4.500V9h-4.500M19 12a7 7 0 0 1-12 4.900L5 15M5 19.500V15h4.500",
    Shield => "M12 3l7.500 3v5.500c0 4.400-3.200 7.900-7.500 9.500-4.300-1.600-7.500-5.100-7.500-9.500V6z",
    Variable => "M8 4c-3 0-1 7-4 8 3 1 1 8 4 8M16 4c3 0 1 7 4 8-3 1-1 8-4 8M9.500 9.500l5 5M14.500 9.500l-5 5",
    Log => "M5 6h14M5 10h9M5 14h14M5 18h7",
    Bolt => "M13 3L5 13.500h6L10 21l8.500-10.500h-6z",
    Grip => "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
    Note => "M5 4.5h14v10.500L14.500 19.500H5zM14.500 19.500V15H19M8.500 9h7M8.500 12.500h4",
    Bell => "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4",
    Sound => "M4 9.5h3.500L12 5.500v13L7.500 14.500H4zM15.500 9a4.200 4.200 0 0 1 0 6M18 6.500a7.800 7.800 0 0 1 0 11",
    External => "M14 5h5v5M19 5l-8 8M18 14v5H5V6h5",
}

/// An icon beside text, or inside of a control that has its own name: it never speaks for itself.
#[component]
pub fn IconView(#[prop(into)] icon: Signal<Icon>) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 24 24"
            width="18"
            height="18"
            fill="none"
            stroke="currentColor"
            stroke-width="1.7"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            focusable="false"
        >
            <path d=move || icon.get().path() />
        </svg>
    }
}
