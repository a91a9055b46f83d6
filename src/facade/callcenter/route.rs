//! What answers a path, by method; and which methods those are, which axum's own router does not tell.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter};

/// The methods of one path.
#[derive(Clone, Default)]
pub(super) struct Methods {
    router: MethodRouter,
    names: Vec<Method>,
    exact: bool,
}

impl Methods {
    pub(super) fn get<H: Handler<T, ()>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::GET, MethodFilter::GET, handler)
    }

    pub(super) fn post<H: Handler<T, ()>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::POST, MethodFilter::POST, handler)
    }

    pub(super) fn put<H: Handler<T, ()>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::PUT, MethodFilter::PUT, handler)
    }

    pub(super) fn delete<H: Handler<T, ()>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::DELETE, MethodFilter::DELETE, handler)
    }

    fn on<H: Handler<T, ()>, T: 'static>(mut self, name: Method, filter: MethodFilter, handler: H) -> Self {
        self.names.push(name);
        Self { router: self.router.on(filter, handler), ..self }
    }

    /// Which they are.
    pub(super) fn names(&self) -> &[Method] {
        &self.names
    }

    /// Of this very path: with a trailing slash it is another.
    pub(super) fn exact(self) -> Self {
        Self { exact: true, ..self }
    }

    /// Serves them at `path`; a trailing slash makes no difference where nothing else is said.
    pub(super) fn at(self, router: Router, path: &str) -> Router {
        if self.exact {
            return router.route(path, self.router);
        }
        router.route(path, self.router.clone()).route(&format!("{path}/"), self.router)
    }
}

macro_rules! first {
    ($($name:ident),+) => {$(
        pub(super) fn $name<H: Handler<T, ()>, T: 'static>(handler: H) -> Methods {
            Methods::default().$name(handler)
        }
    )+};
}

first!(get, post, put, delete);
