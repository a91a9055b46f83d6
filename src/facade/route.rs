//! What answers a path, by method, with the description of each: nothing can be routed that the OpenAPI document does not describe.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter};

use super::operation::Operation;

/// The methods of one path.
#[derive(Clone)]
pub struct Methods<S = ()> {
    router: MethodRouter<S>,
    operations: Vec<(Method, Operation)>,
    exactly: bool,
}

impl<S: Clone + Send + Sync + 'static> Default for Methods<S> {
    fn default() -> Self {
        Self { router: MethodRouter::new(), operations: Vec::new(), exactly: false }
    }
}

impl<S: Clone + Send + Sync + 'static> Methods<S> {
    /// With a GET.
    #[must_use]
    pub fn get<H: Handler<T, S>, T: 'static>(self, handler: H, operation: Operation) -> Self {
        self.on(Method::GET, MethodFilter::GET, handler, operation)
    }

    /// With a POST.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(self, handler: H, operation: Operation) -> Self {
        self.on(Method::POST, MethodFilter::POST, handler, operation)
    }

    /// With a PUT.
    #[must_use]
    pub fn put<H: Handler<T, S>, T: 'static>(self, handler: H, operation: Operation) -> Self {
        self.on(Method::PUT, MethodFilter::PUT, handler, operation)
    }

    /// With a DELETE.
    #[must_use]
    pub fn delete<H: Handler<T, S>, T: 'static>(self, handler: H, operation: Operation) -> Self {
        self.on(Method::DELETE, MethodFilter::DELETE, handler, operation)
    }

    fn on<H: Handler<T, S>, T: 'static>(mut self, method: Method, filter: MethodFilter, handler: H, operation: Operation) -> Self {
        self.operations.push((method, operation));
        Self { router: self.router.on(filter, handler), ..self }
    }

    /// With what answers besides and is no operation: preflights, methods that the path does not take.
    #[must_use]
    pub fn besides(self, more: impl FnOnce(MethodRouter<S>) -> MethodRouter<S>) -> Self {
        Self { router: more(self.router), ..self }
    }

    /// Of this path only, as it is written: a trailing slash makes a difference.
    #[must_use]
    pub fn exactly(self) -> Self {
        Self { exactly: true, ..self }
    }

    /// What they do at `path`, as it is described.
    pub fn described(self, path: &str) -> Vec<(Method, String, Operation)> {
        self.operations.into_iter().map(|(method, operation)| (method, path.to_owned(), operation)).collect()
    }

    /// Serves them at `path`, with and without a trailing slash.
    pub fn at(self, router: Router<S>, path: &str) -> Router<S> {
        if self.exactly {
            return router.route(path, self.router);
        }
        router.route(path, self.router.clone()).route(&format!("{path}/"), self.router)
    }
}

macro_rules! first {
    ($($name:ident),+) => {$(
        #[doc = concat!("A path with a `", stringify!($name), "`.")]
        pub fn $name<S: Clone + Send + Sync + 'static, H: Handler<T, S>, T: 'static>(handler: H, operation: Operation) -> Methods<S> {
            Methods::default().$name(handler, operation)
        }
    )+};
}

first!(get, post, put, delete);
